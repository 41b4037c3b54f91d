"""How the best candidate is found: gate, consensus, judge, rules."""
