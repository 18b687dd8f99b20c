"""AWS, besides the store: events and handlers of the functions, the source of the token, schedules, the Data Catalog."""
