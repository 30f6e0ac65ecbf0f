"""The clock of twenty-four hours, as in all languages of the site: Django's Korean format puts 오전 behind the hour."""

DATETIME_FORMAT = "Y년 n월 j일 H:i"
SHORT_DATETIME_FORMAT = "Y.m.d. H:i"
