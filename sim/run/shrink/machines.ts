/** Which of the machines of a run there are. */
import { US_PER_S } from "../../../src/base/time.ts";
import { type ListedHost, type Options, runLengthUs } from "../../options.ts";

/** Whether a listed machine comes up within the run: minimisation leaves a machine out by letting it come after the end. */
export function comes(host: ListedHost, options: Options): boolean {
  return host.comesS * US_PER_S < runLengthUs(options);
}

/** The player machines that come up, counted from 0. */
export function machinesOf(options: Options): readonly number[] {
  const { list, count } = options.hosts;
  const all = Array.from({ length: count }, (_, index) => index);
  return list === null ? all : all.filter((index) => comes(list[index] as ListedHost, options));
}
