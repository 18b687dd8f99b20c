"""Everything that draws the picture of a run from what the lake holds of it: values, then one HTML file."""
