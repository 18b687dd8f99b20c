"""Joins the service and the lake: plan, list, fetch, commit, verify."""
