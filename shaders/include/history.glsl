// What was heard `age` seconds ago, from one of the engine's trails: `head` is its own <name>_head, `y` 0..1 its height.
const float HISTORY_SECONDS = 21.8453333;
vec4 heard(sampler2D trail, float head, float age, float y) {
    return textureLod(trail, vec2(head - clamp(age, 0.0, HISTORY_SECONDS * 0.996) / HISTORY_SECONDS, y), 0.0);
}
