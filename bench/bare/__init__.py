"""The least that Django can do: what the site's own rates are held against."""
