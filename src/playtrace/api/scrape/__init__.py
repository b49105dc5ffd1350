"""`GET /metrics`: how the server fares, in the words of Prometheus.

`route.py` says who may read it, `exposition.py` puts it together, and each of the other files tells of one subject.
"""
