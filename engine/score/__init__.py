"""Sheet music: a page is read, becomes a tune, and the tune becomes files, pictures and a timeline.

page            a picture of a page → its staves, straightened, in reading order
tune            what was read: bars and notes, exact in quarters
written         a tune as it stands on paper: note values, dots, ties, tuplets, bar by bar
musicxml, midi_file, jianpu, plain_text    a tune as a file, and back
tiles           the page that the scene shows: as it was seen (page_picture), or engraved (engraving, engraved_page)
comparing       what was missed and what was invented
timeline, following, cueing    what is played when, where the player is in it, and which cues come there
"""
