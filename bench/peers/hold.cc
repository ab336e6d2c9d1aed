// The hold model over std::priority_queue: the C++ side of bench/queue.bench.ts.
//
// Usage: hold INCREMENTS PENDING. INCREMENTS is a file of 65,536 little-endian uint32 microseconds, the same for every
// peer. Then one line per request on stdin, "OPS", answered by "NANOSECONDS CHECKSUM": the CPU time of OPS holds (pop the
// minimum, push it again one increment later) and the sum of all popped times modulo 2^48, by which peers prove that
// they did the same work.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <queue>
#include <vector>

namespace {

struct Event {
  std::uint64_t time;
  std::uint32_t source;
  std::uint32_t seq;
};

struct Later {
  bool operator()(const Event& a, const Event& b) const {
    if (a.time != b.time) return a.time > b.time;
    if (a.source != b.source) return a.source > b.source;
    return a.seq > b.seq;
  }
};

constexpr std::size_t kIncrements = 65536;

long long CpuNanoseconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 1;
  std::vector<std::uint32_t> increments(kIncrements);
  std::FILE* file = std::fopen(argv[1], "rb");
  if (file == nullptr) return 1;
  if (std::fread(increments.data(), sizeof(std::uint32_t), kIncrements, file) != kIncrements) return 1;
  std::fclose(file);

  const std::uint32_t pending = static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10));
  std::vector<Event> storage;
  storage.reserve(pending + 1);
  std::priority_queue<Event, std::vector<Event>, Later> queue(Later{}, std::move(storage));
  std::size_t draw = 0;
  for (std::uint32_t i = 0; i < pending; i++) queue.push({increments[draw++ % kIncrements], i, 0});

  std::puts("ready");
  std::fflush(stdout);
  unsigned long ops = 0;
  while (std::scanf("%lu", &ops) == 1) {
    std::uint64_t checksum = 0;
    const long long start = CpuNanoseconds();
    for (unsigned long i = 0; i < ops; i++) {
      const Event event = queue.top();
      queue.pop();
      checksum += event.time;
      queue.push({event.time + increments[draw++ % kIncrements], event.source, event.seq + 1});
    }
    const long long spent = CpuNanoseconds() - start;
    std::printf("%lld %llu\n", spent, static_cast<unsigned long long>(checksum & 0xFFFFFFFFFFFFULL));
    std::fflush(stdout);
  }
  return 0;
}
