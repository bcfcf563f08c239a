# Builds monochord's network in the component that this Text DAT is in: right click, Run Script.
#
# monochord preview --osc 127.0.0.1:9101:touchdesigner --osc-in 9100
#
# monochord_in   every signal, a channel each, called as channels.tsv says
# monochord_out  sends orders: op("monochord_out").sendOSC("/monochord/master/brightness", [0.5])
# a page of custom parameters, whose changes go there

CONTROLS = [  # address, kind, low, high, what a choice says
    ("/monochord/master/brightness", "fader", 0, 1, None),
    ("/monochord/master/blackout", "switch", 0, 1, None),
    ("/monochord/master/freeze", "switch", 0, 1, None),
    ("/monochord/master/panel", "switch", 0, 1, None),
    ("/monochord/scene/next", "button", 0, 1, None),
    ("/monochord/scene/previous", "button", 0, 1, None),
    ("/monochord/scene/release", "button", 0, 1, None),
    ("/monochord/cue/go", "button", 0, 1, None),
    ("/monochord/cue/back", "button", 0, 1, None),
    ("/monochord/tap", "button", 0, 1, None),
    ("/monochord/tap/release", "button", 0, 1, None),
    ("/monochord/tempo", "fader", 20, 300, None),
    ("/monochord/lights/level", "fader", 0, 1, None),
    ("/monochord/lights/manual", "switch", 0, 1, None),
    ("/monochord/lights/full", "switch", 0, 1, None),
    ("/monochord/lights/muted", "switch", 0, 1, None),
    ("/monochord/survey/open", "switch", 0, 1, None),
    ("/monochord/survey/show", "switch", 0, 1, None),
    ("/monochord/scene/select", "choice", 0, 1, 1),
    ("/monochord/scene/select", "choice", 0, 1, 2),
    ("/monochord/scene/select", "choice", 0, 1, 3),
    ("/monochord/scene/select", "choice", 0, 1, 4),
    ("/monochord/scene/select", "choice", 0, 1, 5),
    ("/monochord/scene/select", "choice", 0, 1, 6),
    ("/monochord/scene/select", "choice", 0, 1, 7),
    ("/monochord/scene/select", "choice", 0, 1, 8),
]

base = parent()
for name in ("monochord_in", "monochord_out", "monochord_steer"):
    old = base.op(name)
    if old:
        old.destroy()

incoming = base.create(oscinCHOP, "monochord_in")
incoming.par.port = 9101

outgoing = base.create(oscoutDAT, "monochord_out")
outgoing.par.address = "127.0.0.1"
outgoing.par.port = 9100

page = base.appendCustomPage("Monochord")
known = {}
for address, kind, low, high, fixed in CONTROLS:
    words = address.split("/")[2:] + ([str(fixed)] if fixed is not None else [])
    name = "".join(words).capitalize()
    label = " ".join(words)
    if kind == "fader":
        made = page.appendFloat(name, label=label)[0]
        made.normMin, made.normMax = made.min, made.max = low, high
        made.clampMin = made.clampMax = True
    elif kind == "switch":
        made = page.appendToggle(name, label=label)[0]
    else:
        made = page.appendPulse(name, label=label)[0]
    known[name] = (address, kind, fixed)

steer = base.create(parameterexecuteDAT, "monochord_steer")
steer.par.op = base
steer.par.pars = " ".join(known)
steer.par.valuechange = True
steer.par.onpulse = True
steer.par.custom = True
steer.text = f"""KNOWN = {known!r}


def onValueChange(par, prev):
    address, kind, fixed = KNOWN[par.name]
    op("monochord_out").sendOSC(address, [float(par.eval())])


def onPulse(par):
    address, kind, fixed = KNOWN[par.name]
    op("monochord_out").sendOSC(address, [] if fixed is None else [fixed])
"""
