"""The report: what was heard in a recording, drawn for people, in one page that opens anywhere.

`witness` hears a recording once and keeps what is to be drawn; `findings` says it in plain numbers (`facts`, `bins`,
`own_band`, `flat_map`, `references` and `importance` find some of them); `chart` is the one door to matplotlib, and
`time_figures`, `tone_figures`, `sound_figures` and `map_figures` draw; `sound` makes the recording small, `stills`
shows it in every scene; `sections` puts figures and words in order, `page` makes a page of them; `writing` makes a
report, `comparing` one of two recordings, `folder` one of each recording in a folder, and `index` lists them.
"""
