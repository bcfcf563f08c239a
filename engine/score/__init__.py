"""Sheet music: a page is read, becomes a tune, and the tune becomes files, pictures and a timeline.

sheet                   a picture of a page → its tune, whichever way it is written; several pages → one piece
picture, ink, sampling  the picture as grey, the ink on it, and bent strips of it taken straight
page, staff_lines, straighten, symbols, reading    staves: found, made straight, their symbols, and what these mean
jianpu_page, _lines, _rows, _blots, _head, _symbols, _reading    the same of lines of numbers
recogniser              the trained network of either
tune, spelling          what was read: bars and notes, exact in quarters, and pitches as musicians name them
written, beams, repeats, barring    a tune on paper: values, dots and ties; beams; repeats; bar lines
files                   a tune as a file, and back: musicxml_reader, musicxml_writer, midi_file, tune_json, plain_text
jianpu, jianpu_layout, _marks, _picture    a tune in numbers, and drawn so; engraving: in staves, by Verovio
tiles                   the page that the scene shows: as it was seen (page_picture), or engraved (engraved_page)
opening                 a score from whatever it is in, for a show
comparing, piano_roll   what was missed and what was invented, as figures and as a picture
timeline                what is played when; expectation, evidence, tempi, positions, search: the parts of
following               where the player is in it; cueing and watching: which cues come there, and what the desk hears
"""
