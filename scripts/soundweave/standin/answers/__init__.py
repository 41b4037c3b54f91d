"""From a request to its answer: keys, quota, resources and error bodies."""
