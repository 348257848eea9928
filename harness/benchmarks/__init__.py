"""Measurements of chatbench itself, each as a ratio against a peer in the same run."""
