"""The audience answers: two questions on a phone, counted, and nothing else known of whoever answered.

questions, page/     the two questions and their four answers, in the words of several languages
leaflet              the little page that a phone is shown
vote                 what a phone sends, read strictly
ballot_box           one vote a phone, so many from one address, so many in all
front, front_door    the child process that phones reach: a listener of its own that knows nothing of the show
asking               the show's own end of it: opens and closes it, keeps the counts, tells the operator
place                where it listens, and which address phones are led to
votes, figure        the counts as a record, as CSV, and as a figure
"""
