// A comment that somebody has put in front.
#version 120

/*
{
    "DESCRIPTION": "What files in the wild do: comments and commas in JSON, numbers as text, old and reserved words\.",
    // a comment
    "INPUTS": [
        { "NAME": "filter", "TYPE": "Float", "DEFAULT": "0.2", "MIN": .1, "MAX": 1., },
        { "NAME": "invert", "TYPE": "bool", "DEFAULT": "FALSE" },
        { "NAME": "mode__x", "TYPE": "long", "DEFAULT": 2.0, "VALUES": ["1", "2"] },
        { "NAME": "centre", "TYPE": "point2D", "DEFAULT": [0, 0], "MIN": 0.0, "MAX": 1.0 },
    ],
    "PASSES": [
        { "TARGET": "half", "WIDTH": "$WIDTH/2.0", "PERSISTENT": "true", },
        { }
    ],
}
*/

#extension GL_ARB_texture_rectangle : enable
#ifdef GL_ES
precision mediump float;
#endif
uniform float TIME;
uniform lowp float filter;
varying vec2 isf_FragNormCoord;
#define GAIN 1.0
#define GAIN 2.0

float sample(sampler2DRect common, vec2 smooth) {
    float patch = texture2DRect(common, smooth).r, active = 0.0;
    return patch + active;
}

void main(void) {
    if (PASSINDEX == 0)
        gl_FragData[0] = vec4(filter);
    else
        gl_FragData[0] = vec4(sample(half, isf_FragNormCoord), GAIN * filter, 0.2 * float(mode__x + 1), invert ? 0.0 : 1);
}
