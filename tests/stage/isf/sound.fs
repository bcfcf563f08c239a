/*{
 "DESCRIPTION": "Sound is a picture with a row a channel and as many columns as MAX says; a wave at rest is 0.5.",
 "ISFVSN": "2",
 "INPUTS": [
  {
   "NAME": "wave",
   "TYPE": "audio",
   "MAX": 100
  },
  {
   "NAME": "tones",
   "TYPE": "audioFFT",
   "MAX": 64
  },
  {
   "NAME": "all",
   "TYPE": "audioFFT"
  }
 ]
}*/
void main() {
    bool holds = IMG_SIZE(wave) == vec2(100.0, 2.0) && IMG_SIZE(tones) == vec2(64.0, 2.0) && IMG_SIZE(all) == vec2(512.0, 2.0)
        && abs(IMG_NORM_PIXEL(wave, vec2(0.5, 0.25)).r - 0.5) < 1e-4 && abs(IMG_NORM_PIXEL(wave, vec2(0.5, 0.75)).r - 0.8) < 1e-4
        && IMG_PIXEL(tones, vec2(0.5, 1.5)).r > 0.9 && IMG_PIXEL(tones, vec2(40.5, 1.5)).r < 0.1 && IMG_PIXEL(tones, vec2(0.5)).r == 0.0;
    gl_FragColor = holds ? vec4(0.2, 0.4, 0.6, 1.0) : vec4(1.0, 0.0, 0.0, 1.0);
}
