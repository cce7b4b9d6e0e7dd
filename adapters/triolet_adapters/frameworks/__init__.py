"""Triolet inside the frameworks of others. Each module needs its framework; import the one that you use."""
