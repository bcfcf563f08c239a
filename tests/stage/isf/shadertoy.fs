// A source of Shadertoy's as it stands there: no header, no main.
uniform vec3 iResolution;
uniform sampler2D iChannel0;

const vec4 holds = vec4(0.2, 0.4, 0.6, 0.0), breaks = vec4(1.0, 0.0, 0.0, 0.0);

void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    bool clocks = iTime == iGlobalTime && iChannelTime[3] == iTime && abs(iTime - 0.5 * float(iFrame)) < 1e-4
        && iTimeDelta == (iFrame == 0 ? 0.0 : 0.5) && iFrameRate == (iFrame == 0 ? 60.0 : 2.0)
        && iSampleRate == 48000.0 && iDate == vec4(2000.0, 0.0, 1.0, 0.0);
    bool sizes = iResolution == vec3(160.0, 90.0, 1.0) && iChannelResolution[0] == vec3(512.0, 2.0, 1.0)
        && iChannelResolution[1].xy == vec2(textureSize(iChannel1, 0)) && iMouse == vec4(0.0);
    // Row 0 is the spectrum, row 1 the wave.
    bool sound = texelFetch(iChannel0, ivec2(0, 0), 0).x > 0.3 && texelFetch(iChannel0, ivec2(300, 0), 0).x < 0.05
        && abs(texture(iChannel0, vec2(0.5, 0.75)).x - 0.8) < 1e-4;
    // The other channels stand for noise, which repeats.
    bool noise = texture(iChannel1, vec2(0.3)) == texture(iChannel1, vec2(1.3)) && texture(iChannel2, vec2(0.3)).a == 1.0;
    vec2 uv = fragCoord / iResolution.xy;
    fragColor = clocks && sizes && sound && noise && uv.x < 1.0 ? holds : breaks;
}
