"""Paints the scene behind the subjects: 256×256 RGB, drawn at twice the size and averaged down."""
import math

import numpy as np
from PIL import Image, ImageDraw

from subjects import BACKDROP, OUTDOORS

WIDTH = 256
LIGHT = {'day': (1, 1, 1), 'sunset': (1., .8, .72), 'night': (.42, .47, .68)}
SKY = {'day': ((95, 175, 245), (205, 232, 250)), 'sunset': ((115, 75, 150), (255, 160, 85)), 'night': ((12, 16, 48), (45, 55, 105))}


class Canvas:
    """Drawing in picture coordinates (0…256) with jittered colours under the light of the hour."""
    def __init__(self, r, top, bottom, time='day'):
        self.r, self.light = r, np.array(LIGHT[time])
        t = np.linspace(0, 1, WIDTH)[:, None, None]
        column = np.array(self.jitter(top, 8)) * (1 - t) + np.array(self.jitter(bottom, 8)) * t
        self.image = Image.fromarray(column.round().astype(np.uint8)).resize((2 * WIDTH, 2 * WIDTH), Image.NEAREST)
        self.draw = ImageDraw.Draw(self.image)

    def jitter(self, color, amount=12):
        return tuple(int(min(255, max(0, v + self.r.uniform(-amount, amount)))) for v in color)

    def lit(self, color):
        return tuple(int(v) for v in np.array(self.jitter(color)) * self.light)

    def disc(self, x, y, q, fill=None, q2=None, **kw):
        q2 = q2 or q
        self.draw.ellipse((2 * (x - q), 2 * (y - q2), 2 * (x + q), 2 * (y + q2)), fill=fill, **kw)

    def box(self, x0, y0, x1, y1, fill):
        self.draw.rectangle((2 * x0, 2 * y0, 2 * x1, 2 * y1), fill=fill)

    def shape(self, points, fill):
        self.draw.polygon([(2 * x, 2 * y) for x, y in points], fill=fill)

    def line(self, points, fill, width):
        self.draw.line([(2 * x, 2 * y) for x, y in points], fill=fill, width=2 * width)

    def ground(self, y, wave, fill):
        period, phase = self.r.uniform(1, 2), self.r.uniform(0, 6)
        self.shape([(0, WIDTH)] + [(x, y - wave * math.sin(x / WIDTH * math.pi * period + phase)) for x in range(0, WIDTH + 1, 8)] + [(WIDTH, WIDTH)], fill)

    def stars(self, count, y_end):
        for _ in range(count):
            self.disc(self.r.uniform(0, WIDTH), self.r.uniform(0, y_end), self.r.choice([.8, .8, 1.6]), (255, 255, 232))

    def cloud(self, x, y, k):
        for dx, q in ((-18, 12), (0, 17), (18, 12), (8, 13)):
            self.disc(x + dx * k, y + (4 if dx == 8 else 0), q * k, self.lit((252, 252, 255)))

    def corner(self):
        """x of something in the left or right upper part: the middle belongs to the subject."""
        return self.r.choice([self.r.uniform(22, 80), self.r.uniform(176, 234)])

    def picture(self):
        return self.image.reduce(2)


def plain(r, color):
    c = BACKDROP[color]
    return Canvas(r, c, tuple(v * .93 for v in c))


def space(r, _):
    c = Canvas(r, (10, 8, 30), (28, 16, 64))
    c.stars(r.randint(35, 70), WIDTH)
    if r.random() < .7:
        x, y, q = c.corner(), r.uniform(25, 75), r.uniform(14, 30)
        c.disc(x, y, q, c.jitter(r.choice([(200, 120, 70), (90, 130, 200), (170, 110, 190)])))
        c.disc(x, y, 1.7 * q, q2=.3 * q, outline=(225, 205, 160), width=5)
    return c


def underwater(r, _):
    c = Canvas(r, (40, 150, 215), (8, 50, 120))
    floor = c.jitter((190, 165, 110))
    c.ground(WIDTH * r.uniform(.86, .92), 4, floor)
    for _ in range(r.randint(7, 15)):
        c.disc(r.uniform(0, WIDTH), r.uniform(0, WIDTH * .85), r.uniform(2, 8), outline=(190, 230, 250), width=4)
    for x in (r.uniform(5, 60), r.uniform(190, 250)):
        green, height = c.jitter((40, 140, 80)), r.randint(5, 10)
        for i in range(3):
            c.line([(x + i * 9 + 5 * math.sin(k / 2 + i), WIDTH * .95 - k * 7) for k in range(height + i % 2 * 2)], green, 5)
    return c


def room(r, _):
    wall = r.choice([(235, 215, 185), (205, 220, 230), (225, 205, 215), (210, 225, 200)])
    c = Canvas(r, wall, tuple(v - 12 for v in wall))
    y = WIDTH * r.uniform(.62, .7)
    wood = c.jitter((160, 105, 65))
    c.box(0, y, WIDTH, WIDTH, wood)
    c.box(0, y - 5, WIDTH, y, (248, 246, 240))
    for i in range(1, 5):
        c.line([(0, y + i * i * 5), (WIDTH, y + i * i * 5)], tuple(int(v * .8) for v in wood), 1)
    x, top = r.choice([r.uniform(8, 30), r.uniform(155, 178)]), r.uniform(18, 34)
    c.box(x, top, x + 70, top + 75, (250, 250, 250))
    c.box(x + 5, top + 5, x + 65, top + 70, (150, 205, 245))
    c.box(x + 33, top, x + 37, top + 75, (250, 250, 250))
    c.box(x, top + 35, x + 70, top + 39, (250, 250, 250))
    return c


def outdoors(r, time, scene):
    c = Canvas(r, *SKY[time], time)
    horizon = WIDTH * r.uniform(.56, .67)
    x = c.corner()
    if time == 'night':
        c.stars(r.randint(20, 40), horizon)
        c.disc(x, r.uniform(26, 60), 18, (250, 245, 215))
    elif time == 'sunset':
        c.disc(r.uniform(30, 226), horizon - 8, 30, (255, 225, 120))
    elif r.random() < .5:
        c.disc(x, r.uniform(26, 56), 20, (255, 232, 105))
    for _ in range(r.randint(0, 2) if time != 'night' else 0):
        c.cloud(r.uniform(15, 241), r.uniform(18, 80), r.uniform(.7, 1.2))
    GROUND[scene](c, r, horizon, time)
    return c


def sky(c, r, horizon, time):
    for _ in range(r.randint(3, 5)):
        c.cloud(r.uniform(0, 256), r.uniform(150, 235), r.uniform(1, 1.9))


def meadow(c, r, y, time):
    c.ground(y, 12, c.lit((110, 185, 85)))
    c.ground(y + 24, 10, c.lit((90, 170, 70)))
    for _ in range(r.randint(5, 14)):
        c.disc(r.uniform(0, WIDTH), r.uniform(y + 45, WIDTH), 3.5, c.lit(r.choice([(250, 250, 250), (250, 210, 70), (245, 120, 150)])))


def beach(c, r, y, time):
    c.box(0, y - 8, WIDTH, WIDTH, c.lit((45, 140, 205)))
    c.ground(y + 30, 5, c.lit((240, 250, 250)))
    c.ground(y + 37, 5, c.lit((240, 215, 155)))


def snow(c, r, y, time):
    c.ground(y, 14, c.lit((215, 228, 245)))
    c.ground(y + 28, 12, c.lit((245, 249, 255)))
    for _ in range(35):
        c.disc(r.uniform(0, WIDTH), r.uniform(0, WIDTH), 2, (255, 255, 255))


def desert(c, r, y, time):
    c.ground(y, 14, c.lit((225, 165, 90)))
    c.ground(y + 28, 12, c.lit((240, 190, 110)))


def forest(c, r, y, time):
    for row in (0, 1):
        for x in range(int(r.uniform(-15, 5)), WIDTH + 20, 32):
            x += r.uniform(-6, 6)
            height, green, base = r.uniform(85, 125) - 22 * row, c.lit((35, 100 + 25 * row, 55)), y + 14 * row
            c.box(x - 4, base - 20, x + 4, base + 12, c.lit((95, 65, 45)))
            for k in (0, .3, .6):
                half, foot = 22 * (1.15 - k), base - 12 - height * k * .8
                c.shape([(x - half, foot), (x, foot - height * .5), (x + half, foot)], green)
    c.ground(y + 20, 5, c.lit((75, 125, 60)))


def mountains(c, r, y, time):
    for _ in range(3):
        x, h, w, k = r.uniform(10, 246), r.uniform(70, 120), r.uniform(60, 95), .3
        c.shape([(x - w, y + 10), (x, y - h), (x + w, y + 10)], c.lit((125, 125, 145)))
        c.shape([(x - w * k, y - h + (h + 10) * k), (x, y - h), (x + w * k, y - h + (h + 10) * k)], c.lit((245, 248, 252)))
    c.ground(y + 8, 6, c.lit((105, 165, 85)))


def city(c, r, y, time):
    x = -r.uniform(0, 20)
    while x < WIDTH:
        w, h, wall = r.uniform(30, 50), r.uniform(50, 125), c.lit(r.choice([(120, 130, 150), (150, 130, 120), (95, 110, 140)]))
        c.box(x, y - h, x + w, y + 20, wall)
        pane = c.lit((185, 210, 230))
        for wy in range(int(y - h + 8), int(y), 17):
            for wx in range(int(x + 6), int(x + w - 8), 13):
                c.box(wx, wy, wx + 6, wy + 8, (255, 225, 130) if time != 'day' and r.random() < .7 else pane)
        x += w + r.uniform(0, 3)
    c.box(0, y + 12, WIDTH, WIDTH, c.lit((95, 97, 103)))
    stripe = c.lit((235, 235, 225))
    for x in range(int(r.uniform(-20, 10)), WIDTH, 44):
        c.box(x, y + 50, x + 24, y + 55, stripe)


GROUND = dict(sky=sky, meadow=meadow, beach=beach, snow=snow, desert=desert, forest=forest, mountains=mountains, city=city)


def paint(scene, time, r):
    """`scene` of SCENE; `time` of TIME outdoors, the backdrop's colour when plain."""
    if scene in OUTDOORS:
        return outdoors(r, time, scene).picture()
    return {'plain': plain, 'space': space, 'underwater': underwater, 'room': room}[scene](r, time).picture()
