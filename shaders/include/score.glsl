// The page that is played from, of any size. Needs the image inputs scorePage, scoreNotes and scoreLines.
// p is a place on a line: 0..1 from left to right and upward. Notes count from 1, as score.note does; lines from 0.

vec4 score_table(float pixel) {
    float row = floor(pixel / 256.0);
    return IMG_PIXEL(scoreNotes, vec2(pixel - 256.0 * row, row) + 0.5);
}

// Whether a score is there; without one all else is 0.
bool score_there() { return score_table(1.0).y > 0.5; }
float score_lines() { return score_table(0.0).x; }
float score_notes() { return score_table(1.0).x; }

// Width of a line over its height.
float score_shape() { return max(score_table(0.0).w, 0.01); }

// A note's place on its line, which line, and how sure its reader was of it, 0..1.
vec4 score_note(float n) { return score_table(2.0 * n); }

// How wide and high a note is, where it begins in quarters as written, and the quarters until the next.
vec4 score_size(float n) { return score_table(2.0 * n + 1.0); }

// Which note this place of a line belongs to, 0 for a heading, and from where to where on the line that note reaches.
vec3 score_stretch(float line, float x) {
    return IMG_PIXEL(scoreLines, vec2(clamp(floor(x * 512.0), 0.0, 511.0), line) + 0.5).xyz;
}

// The ink there, 0..1. Ask for it outside of branches: it is smoothed by how far the next pixel is.
float score_ink(float line, vec2 p) {
    vec4 all = max(score_table(0.0), vec4(1.0));
    float column = floor((line + 0.5) / all.z), row = line - column * all.z;
    vec2 tile = IMG_SIZE(scorePage) / all.yz, at = clamp(p, 0.5 / tile, 1.0 - 0.5 / tile);
    return IMG_NORM_PIXEL(scorePage, vec2((column + at.x) / all.y, 1.0 - (row + 1.0 - at.y) / all.z)).r;
}
