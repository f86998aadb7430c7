"""Rules and alerts in Prometheus' own tools; the cases are files of `promtool test rules`, to be run by hand."""
