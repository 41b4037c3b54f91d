"""Who is connected with whom: membership, pairs, measurements and exports."""
