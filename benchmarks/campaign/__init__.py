"""What a library must survive: kills, wrong answers and damaged files, hundreds of each."""
