import { quantizedDemo } from './qnn/quantizedDemo';
export async function main([folder, side, linear]: readonly string[]): Promise<number> {
  await quantizedDemo(folder!, Number(side), linear as 'conv');
  return 0;
}
