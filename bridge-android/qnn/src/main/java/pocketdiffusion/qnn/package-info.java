/** Networks on Qualcomm's NPUs: which chip it is, whether it computes, and what was compiled for it before. */
package pocketdiffusion.qnn;
