"""Commands for those who maintain the documentation: pictures, and the output that pages show."""
