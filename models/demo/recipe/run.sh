#!/bin/bash
# All stages in order; started again, it goes on where it was. Settings are environment variables with the defaults below.
#   WORK=/tmp/demo OUT=$PWD/out SPRITES=sprites.npz TOKENIZER=tokenizer setsid ./run.sh </dev/null >run.log 2>&1 &
# SMOKE=1 runs everything in a minute or two on two CPU cores, to no good but to see it work.
set -euo pipefail
cd "$(dirname "$0")"
: "${WORK:=$PWD/work/run}" "${OUT:=$WORK/out}" "${SPRITES:=$PWD/work/sprites.npz}" "${TOKENIZER:=$PWD/../model/tokenizer}" "${PYTHON:=python3}"
if [ "${SMOKE:-}" ]; then
  : "${PICTURES:=400}" "${VAE_PICTURES:=300}" "${VAE_SECONDS:=12}" "${VAE_BATCH:=8}" "${SECONDS_DIFFUSION:=15}" "${BATCH:=8}" "${COMPILE:=}"
  : "${DECODER_SECONDS:=6}" "${DECODER_BATCH:=2}" "${RECALIBRATE_SECONDS:=8}" "${RECALIBRATE_BATCH:=4}" "${SHEET:=--prompts 3 --steps 3}" "${JUDGE_SECONDS:=8}" "${JUDGE_PICTURES:=200}" "${JUDGE:=--steps 2 --prompts 2}"
fi
: "${PICTURES:=120000}" "${VAE_PICTURES:=15000}" "${VAE_SECONDS:=250}" "${VAE_BATCH:=96}" "${SECONDS_DIFFUSION:=660}" "${BATCH:=512}" "${COMPILE=--compile}"
: "${DECODER_SECONDS:=80}" "${DECODER_BATCH:=24}" "${RECALIBRATE_SECONDS:=300}" "${RECALIBRATE_BATCH:=64}" "${GUIDANCE:=2.5}" "${SHEET:=}" "${JUDGE_SECONDS:=35}" "${JUDGE_PICTURES:=40000}" "${JUDGE:=}"
mkdir -p "$WORK/sheets" "$OUT"
stage() { echo "== $(date +%T) $*"; ${NICE:-} "$PYTHON" -u "$@"; }
sheets() { stage sheets.py "$@" $SHEET; }

NICE="nice -n 5" stage compose.py "$WORK" --sprites "$SPRITES" --pictures "$PICTURES" & composing=$!
if [ "$COMPILE" ] && [ ! -e "$WORK/latents.pt" ]; then NICE="nice -n 5" stage diffusion.py "$WORK" --batch "$BATCH" $COMPILE --warm & warming=$!; fi
stage autoencoder.py "$WORK" --seconds "$VAE_SECONDS" --pictures "$VAE_PICTURES" --batch "$VAE_BATCH"
wait $composing
[ -z "${warming:-}" ] || wait $warming || echo 'warming failed: the stages compile for themselves'
stage latents.py "$WORK" --tokenizer "$TOKENIZER"
stage diffusion.py "$WORK" --seconds "$SECONDS_DIFFUSION" --batch "$BATCH" $COMPILE
stage decoder.py "$WORK" --seconds "$DECODER_SECONDS" --pictures "$VAE_PICTURES" --batch "$DECODER_BATCH"
(
  stage export.py "$WORK" "$WORK/model-average" --tokenizer "$TOKENIZER"
  sheets "$WORK/model-average" "$WORK/sheets/average" --guidance 1.5 3 5 7.5
  stage export.py "$WORK" "$WORK/model-raw" --tokenizer "$TOKENIZER" --weights raw
  sheets "$WORK/model-raw" "$WORK/sheets/raw" --guidance 3 7.5
  stage pack.py "$WORK" "$OUT"
) & reporting=$!                                          # beside the last training stage
stage recalibrate.py "$WORK" --guidance "$GUIDANCE" --seconds "$RECALIBRATE_SECONDS" --batch "$RECALIBRATE_BATCH" $COMPILE
wait $reporting
stage export.py "$WORK" "$WORK/model" --tokenizer "$TOKENIZER" --checkpoint recalibrated.pt
sheets "$WORK/model" "$WORK/sheets/recalibrated" --guidance 5 7.5 --sizes 256 128 192
stage pack.py "$WORK" "$OUT"
stage judge.py "$WORK" "$WORK/model-average" "$WORK/model" --seconds "$JUDGE_SECONDS" --pictures "$JUDGE_PICTURES" $JUDGE | tee "$OUT/judge.txt"
stage eyes.py "$WORK/model" "$WORK/eyes" --steps "${EYES_STEPS:-20}"
echo "== $(date +%T) finished"
