"""Commands for those who maintain the repository: pictures, the output that pages show, the check of prose."""
