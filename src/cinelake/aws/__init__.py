"""Everything that knows AWS beside the store: events and handlers of the functions, the token's keeping, schedules."""
