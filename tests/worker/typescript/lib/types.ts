export interface Shape {
  area(): number;
}
export type Side = number;
export const unit: Side = 1;
