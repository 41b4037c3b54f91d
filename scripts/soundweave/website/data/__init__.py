"""What pages and scripts read: the catalog, the histories and the data files."""
