"""What stands on the public pages, and when: petitions, demands, articles, pictures, seeds."""
