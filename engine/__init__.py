"""Monochord: an instrument becomes picture and light. The map of the house, from the roof to the ground:

    cli/            the command line, one small file a command
    report/         a recording's report for people: figures, one page that plays it, two side by side, a folder's
    share/          films, sound and a page that carry a recording to people
    latency         clicks in, milliseconds out: how late the show is
    conductor       the live loop: owns the threads and the child processes
    preflight       a whole show walked through before the doors open
    analysis        a recording as numbers, and the events in it
    films/          films by several processes or a dask cluster, stills, scenes tried against musics
    live/           a show at work: who takes part, what hands do to it, what its operator sees, its lights
    rehearsal       the same machines on a virtual clock: films and stills
    replay/         an evening played again; a show as it is written
    settings        a show's settings: one TOML file and the command line, checked once
    show/           a show file's keys, what it brings to the stage, whom it speaks to
    perception      the fast senses and the learned ear, in one frame
    score/          sheet music: a page read, tunes as files, the player followed
    survey/         the audience's two questions, and the child process that its phones reach
    corpus/         many recordings, listened to for a map
    audio/          where blocks come from: devices, files, the child process that owns the driver
    features/       the fast senses: a Block in, a Frame out, every 5.3 ms
    listening/      the learned ear: log-mel, the network, the map, a place on it every 40 ms; the mood
    stage/          ISF shaders, scenes, the renderer, the window, the child process that owns the graphics driver
    wall/           frames from one machine to the stages that follow it
    lights/         OSC out: kinds of receivers, lines to them, consoles and their patch
    control/        orders by OSC, OSCQuery, the operator's page and MIDI, behind a guard
    takes/          a performance as data, on disk
    frame_ring      the newest hops, in memory that processes share
    timing/         cues, a tempo by hand, time code, changes by chance
    musician        who plays on which channels, and under which name
    instrument      the instrument's own band, as a sound-check found it
    frame           Block, Frame, SIGNALS: the record that is carried up the stairs
    foundation/     child processes, shared memory, whole files, fonts, kernels, trained models
    errors          what can go wrong, as a tree

Sound comes in at the ground floor, a floor imports only from those beneath it, rooms on one floor do not know
each other, and one sealed record goes up. `conductor.Conductor._step` is where to begin reading.
"""
