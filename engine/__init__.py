"""Monochord: an instrument becomes picture and light. The map of the house, from the roof to the ground:

    cli/            the command line, one small file a command
    report/         a recording's report for people: figures, one page that plays it, two side by side, a folder's
    latency         clicks in, milliseconds out: how late the show is
    conductor       the live loop: owns the threads and the child processes
    lighting        what the scene on stage says to the lights, hop by hop
    rehearsal       the same machines on a virtual clock: analyse, render, stills
    perception      the fast senses and the learned ear, in one frame
    settings        a show's settings: one TOML file and the command line, checked once
    audio/          where blocks come from: devices, files, the child process that owns the driver
    features/       the fast senses: a Block in, a Frame out, every 5.3 ms
    listening/      the learned ear: log-mel, the network, the map, a place on it every 40 ms
    stage/          ISF shaders, scenes, the renderer, the window, the child process that owns the graphics driver
    lights/         OSC out: kinds of receivers, lines to them, consoles and their patch
    survey/         the audience's two questions, and the child process that its phones reach
    take            a performance as data, on disk
    frame_ring      the newest hops, in memory that processes share
    musician        who plays on which channels, and under which name
    instrument      the instrument's own band, as a sound-check found it
    frame           Block, Frame, SIGNALS: the record that is carried up the stairs
    memory, child   shared memory without names; child processes that the show can lose
    assets          where shaders, scenes and models lie
    errors          what can go wrong, as a tree

Sound comes in at the ground floor, a floor imports only from those beneath it, rooms on one floor do not know
each other, and one sealed record goes up. `conductor.Conductor._step` is where to begin reading.
"""
