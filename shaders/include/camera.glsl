// A camera. A scene that asks here where each of its pixels looks can be shown on a flat wall, to two eyes, or all
// around (engine/stage/views.py: --view flat, stereo, stereo-tb, equirect, equirect-stereo); it need not know which.
//
//     #define CAMERA_FIELD 0.9            // optional, before the include, each may be an input; as they are if left out
//     #include "camera.glsl"
//     void main() {
//         vec3 from = vec3(0.0, 1.6, -TIME), to = from + vec3(0.0, 0.0, -1.0);
//         Ray ray = camera_ray(isf_FragNormCoord, from, camera_toward(from, to));
//         ... march from ray.origin along ray.direction, which has the length 1 ...
//     }
//
// The room is right-handed: +x right, +y up, and a camera that is not turned looks along -z. In a pass with a target
// of its own, call it just so: what counts is the place in the picture. Effects that lie on the picture (a vignette,
// grain) take camera_at(isf_FragNormCoord), the place within the one eye's picture, and leave out what has no meaning
// when camera_round() is true: there the picture has no edge, its left side meets its right.
//
//   stereo           left eye left, right eye right
//   stereo-tb        left eye above, right eye below
//   equirect         all around: x is the way one turns, -180 to 180 degrees, y from straight down to straight up
//   equirect-stereo  the same for both eyes, the left one above
//
// A stereo picture of 2:1 or wider holds two whole ones (3840x1080), a narrower one holds them squeezed (1920x1080), as
// projectors and televisions take it; stereo-tb two whole ones where it is as high as wide (1920x2160).

// How much is seen from foot to top of a flat picture, in radians.
#ifndef CAMERA_FIELD
#define CAMERA_FIELD 0.9
#endif
// How many of the scene's units are a metre; the eyes are 64 mm apart. 0 makes all stereo flat.
#ifndef CAMERA_METRE
#define CAMERA_METRE 1.0
#endif
// How far away, in metres, lies what both eyes see at one place: nearer things stand out from the wall.
#ifndef CAMERA_SCREEN
#define CAMERA_SCREEN 3.5
#endif

uniform int isf_view;     // 0 flat, 1 stereo, 2 stereo-tb, 3 equirect, 4 equirect-stereo
uniform float isf_eyes;   // metres from eye to eye; 0 for one eye

struct Ray { vec3 origin; vec3 direction; };

// Whether the picture goes all around.
bool camera_round() { return isf_view >= 3; }

// Which eye sees this place: -1 the left, 1 the right, 0 where there is one.
float camera_eye(vec2 at) {
    if (isf_view == 1) return at.x < 0.5 ? -1.0 : 1.0;
    return isf_view == 2 || isf_view == 4 ? (at.y < 0.5 ? 1.0 : -1.0) : 0.0;
}

// The place within that eye's picture, 0..1.
vec2 camera_at(vec2 at) {
    if (isf_view == 1) return vec2(at.x < 0.5 ? at.x * 2.0 : at.x * 2.0 - 1.0, at.y);
    if (isf_view == 2 || isf_view == 4) return vec2(at.x, at.y < 0.5 ? at.y * 2.0 : at.y * 2.0 - 1.0);
    return at;
}

// Width over height of a flat picture, as one eye sees it.
float camera_aspect() {
    float wide = RENDERSIZE.x / RENDERSIZE.y;
    if (isf_view == 1 && wide >= 2.0) return wide * 0.5;
    return isf_view == 2 && wide <= 1.0 ? wide * 2.0 : wide;
}

// How a camera is turned that stands at `from` and looks at `to`, upright. In the round only the heading counts: the
// horizon stays level, for there people look up and down themselves.
mat3 camera_toward(vec3 from, vec3 to) {
    vec3 back = from - to;
    if (camera_round()) back.y = 0.0;
    back = dot(back, back) > 1e-12 ? normalize(back) : vec3(0.0, 0.0, 1.0);
    vec3 right = vec3(back.z, 0.0, -back.x);
    right = dot(right, right) > 1e-12 ? normalize(right) : vec3(1.0, 0.0, 0.0);
    return mat3(right, cross(back, right), back);
}

// From where and where to the place `at` (0..1 of the picture) looks; of a camera that is at 0 and not turned.
Ray camera_ray(vec2 at) {
    float aside = 0.5 * camera_eye(at) * isf_eyes * CAMERA_METRE;
    vec2 spot = camera_at(at);
    if (camera_round()) {
        vec2 turn = (spot - 0.5) * vec2(6.28318531, 3.14159265);
        vec3 ahead = vec3(sin(turn.x), 0.0, -cos(turn.x));
        // Each direction is seen by eyes that face it; above and below the two become one, or the poles would swirl.
        aside *= 1.0 - smoothstep(0.9, 1.5, abs(turn.y));
        vec3 direction = ahead * cos(turn.y) + vec3(0.0, sin(turn.y), 0.0);
        return Ray(vec3(-ahead.z, 0.0, ahead.x) * aside, direction);
    }
    float far = CAMERA_SCREEN * CAMERA_METRE;
    vec2 reach = tan(0.5 * CAMERA_FIELD) * vec2(camera_aspect(), 1.0);
    vec3 origin = vec3(aside, 0.0, 0.0);
    vec3 wall = vec3((spot * 2.0 - 1.0) * reach, -1.0);
    return Ray(origin, normalize(far > 0.0 ? wall * far - origin : wall));
}

// The same for a camera that stands somewhere and is turned (camera_toward, or any rotation).
Ray camera_ray(vec2 at, vec3 position, mat3 turned) {
    Ray ray = camera_ray(at);
    return Ray(position + turned * ray.origin, turned * ray.direction);
}
