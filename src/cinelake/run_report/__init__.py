"""The page about one run: values collected from the lake, and one HTML file made of them."""
