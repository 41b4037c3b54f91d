"""Where a library is kept between nights: the Actions cache, a draft release, ids in git."""
