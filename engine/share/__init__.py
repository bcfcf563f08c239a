"""Out into the world: a performance in the forms in which people meet music today, and its record.

`story` is what is told of it, in several languages, and `words` what the page says itself; `record` hears the
recording once and keeps it as a take with all that the films need, and `sound_files` as MP3 and AAC; `lettering` finds
letters and shapes them, `titles` lays them over pictures, `captions` writes them beside; `films` draws, `pictures`
takes the cover and the preview from them; `living_map` and `score_sheet` are what one can play with, `page` puts it all
on a page that needs nothing else; `manifest` knows what is there already, and `sharing` does it all in its order.
"""
