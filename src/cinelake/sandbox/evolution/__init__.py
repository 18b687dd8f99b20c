"""The changes of the catalogue from day to day, and the change lists that report them."""
