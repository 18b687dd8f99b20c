"""What tests share: a loop whose time the test owns, a service in the process, and stores that fail on request."""
