"""Composes captioned pictures, all processes writing into one memory-mapped array.

    python compose.py WORK --sprites sprites.npz --pictures 100000

WORK/pictures.npy is uint8 [N, 256, 256, 3]; WORK/captions/00012.json holds chunk 12 and appears after its pictures are written, so that
others can start on the first chunks and a killed run goes on where it was. Picture i depends on i alone.
"""
import argparse
import json
import os
import random
import time
from multiprocessing import Pool

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from scenes import LIGHT, WIDTH, paint
from sprites import Sprites
from subjects import (BACKDROP, COLOR, ENDING, FLOATING, FLYING, OPENING, OUTDOORS, OWN_COLOR, SCENE, SIZE, TIME, WORDS, article, held_out,
                      plural)

CHUNK = 100
COUNT = {2: ['two', 'two', '2', 'a pair of'], 3: ['three', 'three', '3']}


def draw_plan(r):
    """What is in one picture: (things [(colour, word)…], scene, time or backdrop, size)."""
    while True:
        u = r.random()
        count = 0 if u < .03 else 1 if u < .80 else 2 if u < .95 else 3
        things = [(r.choice(list(COLOR)) if r.random() < (.34 if count == 1 else .15) else '', r.choice(WORDS)) for _ in range(count)]
        if count == 3 or count == 2 and r.random() < .4:
            things = [things[0]] * count
        scene = r.choice([*SCENE, 'plain']) if things else r.choice([s for s in SCENE if s != 'plain'])
        when = r.choice(list(BACKDROP)) if scene == 'plain' else r.choice(['day', 'day', 'sunset', 'night']) if scene in OUTDOORS else ''
        size = r.choice(['big', 'small']) if count == 1 and r.random() < .12 else ''
        if scene == 'plain' and any(color == when for color, _ in things):
            continue                                       # a blue cat on blue is not to be seen
        if not held_out(things, scene):
            return things, scene, when, size


def caption(things, scene, when, size, r):
    names = [' '.join(filter(None, (r.choice(SIZE[size]), color or (OWN_COLOR.get(word, '') if r.random() < .3 else ''), word))) for color, word in things]
    if len(names) > 1 and len(set(things)) == 1:
        color, word = things[0]
        what = f'{r.choice(COUNT[len(names)])} {color} {plural(word)}'.replace('  ', ' ')
    else:
        first = r.choice([article, article, article, article, article, lambda n: 'the ' + n, lambda n: 'one ' + n, lambda n: n])
        what = r.choice([' and ', ' and ', ' and ', ' next to ', ' beside ', ' with ']).join(map(first, names))
    if scene == 'plain':
        where = r.choice(['on {} background', 'on {} background', 'with {} background', 'in front of {} background']).format(article(when))
    else:
        where = r.choice(SCENE[scene]) + (r.choice(TIME[when]) if when else '')
    if things and r.random() < .08:
        where = ''
    return (r.choice(OPENING) + ' '.join(filter(None, (what, where))) + r.choice(ENDING)).strip()


_shadow = {}


def shadow(width):
    """A soft dark ellipse [width, 24] as an alpha mask."""
    width = max(8, width)
    if width not in _shadow:
        mask = Image.new('L', (width, 24), 0)
        ImageDraw.Draw(mask).ellipse((width * .08, 7, width * .92, 18), fill=115)
        _shadow[width] = mask.filter(ImageFilter.GaussianBlur(3))
    return _shadow[width]


def picture(things, scene, when, size, r, sprites):
    image = paint(scene, when, r)
    light = np.array(LIGHT[when] if scene in OUTDOORS else (1, 1, 1)) ** .35
    count = len(things)
    scale = {0: 0, 1: {'': r.uniform(.52, .74), 'big': r.uniform(.8, .92), 'small': r.uniform(.3, .38)}[size], 2: r.uniform(.40, .47), 3: r.uniform(.29, .33)}[count]
    foot = WIDTH * r.uniform(.84, .95)
    center = WIDTH * (r.uniform(.42, .54) if scene != 'sky' else r.uniform(.4, .5))
    for i, (color, word) in enumerate(things):
        sprite = sprites(color, word)
        k = scale * WIDTH / max(sprite.size)
        w, h = max(8, round(sprite.width * k)), max(8, round(sprite.height * k))
        sprite = sprite.resize((w, h), Image.LANCZOS, reducing_gap=2)
        if r.random() < .4:
            sprite = sprite.transpose(Image.FLIP_LEFT_RIGHT)
        reach = max(0, .47 * WIDTH - w / 2)                # one thing may stand anywhere that keeps it whole
        x = {1: WIDTH / 2 + r.uniform(-1, 1) * reach * r.random(), 2: WIDTH * (.27 + .46 * i), 3: WIDTH * (.18 + .32 * i)}[count] + r.uniform(-3, 3)
        if scene in FLOATING or word in FLYING:
            y = center - h / 2 + r.uniform(-14, 14) * (.6 + .4 * (count == 1))
            if word in FLYING and scene not in FLOATING:
                y -= WIDTH * .08
        else:
            y = foot - h
            mask = shadow(w)
            image.paste((15, 15, 25), (round(x - w / 2), round(foot - 13)), mask)
        y = max(5, y)
        if light.min() < 1:
            r_, g, b, a = sprite.split()
            sprite = Image.merge('RGBA', [band.point([int(v * l) for v in range(256)]) for band, l in zip((r_, g, b), light)] + [a])
        image.paste(sprite, (round(x - w / 2), round(y)), sprite)
    return image


def example(index, sprites):
    """(picture, caption, words) of one index."""
    r = random.Random(1_000_003 * (index + 1))
    plan = draw_plan(r)
    text = caption(*plan, r)
    return picture(*plan, r, sprites), text, [word for _, word in plan[0]]


def open_pictures(work, count=None):
    path = os.path.join(work, 'pictures.npy')
    if count is not None and (not os.path.exists(path) or np.load(path, mmap_mode='r').shape[0] != count):
        np.lib.format.open_memmap(path, mode='w+', dtype=np.uint8, shape=(count, WIDTH, WIDTH, 3)).flush()
    return np.lib.format.open_memmap(path, mode='r+')


def caption_file(work, chunk):
    return os.path.join(work, 'captions', f'{chunk:05d}.json')


def composed(work):
    """How many pictures from the first on are ready."""
    chunk = 0
    while os.path.exists(caption_file(work, chunk)):
        chunk += 1
    return chunk * CHUNK


def captions(work, count):
    """[{'caption', 'words'}…] of the first `count` pictures."""
    return [entry for chunk in range(-(-count // CHUNK)) for entry in json.load(open(caption_file(work, chunk)))][:count]


_state = None


def _start(work, sprite_file):
    global _state
    _state = work, Sprites(sprite_file), open_pictures(work)


def _chunk(chunk):
    work, sprites, pictures = _state
    entries = []
    for i in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        image, text, words = example(i, sprites)
        pictures[i] = np.asarray(image)
        entries.append(dict(caption=text, words=words))
    path = caption_file(work, chunk)
    with open(path + '.part', 'w') as f:
        json.dump(entries, f)
    os.replace(path + '.part', path)


def main():
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument('work')
    a.add_argument('--sprites', required=True)
    a.add_argument('--pictures', type=int, default=100_000)
    a.add_argument('--processes', type=int, default=os.cpu_count())
    a = a.parse_args()
    os.makedirs(os.path.join(a.work, 'captions'), exist_ok=True)
    count = a.pictures // CHUNK * CHUNK
    open_pictures(a.work, count)
    todo = [c for c in range(count // CHUNK) if not os.path.exists(caption_file(a.work, c))]
    start = time.time()
    with Pool(a.processes, _start, (a.work, a.sprites)) as pool:
        for done, _ in enumerate(pool.imap(_chunk, todo), 1):
            if done % 50 == 0 or done == len(todo):
                print(f'composed {done * CHUNK} pictures, {done * CHUNK / (time.time() - start):.0f}/s', flush=True)


if __name__ == '__main__':
    main()
