"""How the best candidate is chosen: gate, consensus, judge, rules."""
