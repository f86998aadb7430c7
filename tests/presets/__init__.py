"""One transcript for each shipped policy: the life of a case as the city's own text would have it."""
