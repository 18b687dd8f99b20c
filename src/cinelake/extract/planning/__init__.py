"""Before a run: decide what a command does, count its slices, and estimate requests and time.

Pure:
    decision: which run a command means: a new one, an unfinished one, a refresh, or none.
    plan: the slices of a run, with the titles that TMDB counts in each.
    estimate, estimate_inputs: what a run has left to do, and the values from which this is computed.
    aws_prices: what a month of runs costs on AWS.
Read the lake:
    run_facts: the runs of a selection, for `decision`.
    run_progress: how far a run is, for `estimate`.
Send requests:
    counting: counts the slices of a run.
    fetch_estimate: reads and fetches what `estimate` needs. It stores nothing.
"""
