"""Many futures: replications and paired comparisons."""
