// The other side of bench/scoring.bench.ts: the seed document's formula and conditions over an array of structs, and its way of
// choosing a host, a scan of all hosts for every map. Written for the bench from the formulas; both sides draw the same hosts.
//
//   scoring score HOSTS REPEATS   ns of scoring and judging all hosts once, the quickest of all repeats
//   scoring dump HOSTS            scores as raw doubles, then one byte a host: eligible or not
//   scoring place HOSTS MAPS      ns of placing all maps, and how many were placed
//   scoring picks HOSTS MAPS      the host of each map as int32 (-1: none), with scores compared in whole micro-points; not for timing
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

struct Host {
  double cpu_ghz;
  int cpu_cores;
  int free_ram_mb;
  int network_speed_mbps;
  int latency_ms;
  int disconnects_per_hour;
  int jitter_ms;
  int packet_rate;
  int frame_time_ms;
  bool security_valid;
  int maps;
  int players;
  int maps_max;
  int players_max;
};

struct Config {
  double min_cpu_ghz = 3.0;
  int min_cpu_cores = 4;
  int min_ram_mb = 8192;
  int min_network_mbps = 100;
  int max_latency_ms = 30;
  int max_disconnects_per_hour = 1;
  bool prioritize_realtime = true;
  int max_jitter_ms = 15;
  int min_packet_rate = 100;
  double latency_weight = 0.35, network_weight = 0.25, cpu_weight = 0.15, ram_weight = 0.15, stability_weight = 0.10;
};

struct Random {
  uint32_t state = 12345;
  int below(uint32_t n) {
    state = state * 1664525u + 1013904223u;
    return static_cast<int>((state >> 8) % n);
  }
};

std::vector<Host> draw_hosts(int count) {
  Random random;
  std::vector<Host> hosts(count);
  for (Host& h : hosts) {
    h.cpu_ghz = 2.6 + random.below(25) / 10.0;
    h.cpu_cores = 2 + 2 * random.below(8);
    h.free_ram_mb = 4096 + 512 * random.below(57);
    h.network_speed_mbps = 50 + 10 * random.below(96);
    h.latency_ms = 1 + random.below(40);
    h.disconnects_per_hour = random.below(8) == 0 ? 2 : random.below(2);
    h.jitter_ms = random.below(18);
    h.packet_rate = 80 + 10 * random.below(120);
    h.frame_time_ms = 5 + random.below(20);
    h.security_valid = random.below(50) != 0;
    h.maps = 0;
    h.players = 0;
    h.maps_max = 3;
    h.players_max = 50 + random.below(450);
  }
  return hosts;
}

std::vector<int> draw_maps(int count) {
  Random random;
  random.state = 777;
  std::vector<int> players(count);
  for (int& p : players) p = 1 + random.below(200);
  return players;
}

double score_of(const Host& h, const Config& c) {
  double cpu = (h.cpu_ghz * h.cpu_cores) / c.min_cpu_ghz;
  double ram = static_cast<double>(h.free_ram_mb) / c.min_ram_mb;
  double network = static_cast<double>(h.network_speed_mbps) / c.min_network_mbps;
  double latency = 0.0;
  if (c.max_latency_ms > 0) {
    latency = c.prioritize_realtime ? std::exp(-static_cast<double>(h.latency_ms) / c.max_latency_ms)
                                    : static_cast<double>(c.max_latency_ms) / (h.latency_ms + 1);
  }
  double stability = c.max_disconnects_per_hour > 0 ? 1.0 - static_cast<double>(h.disconnects_per_hour) / c.max_disconnects_per_hour : 1.0;
  if (c.prioritize_realtime) {
    return cpu * c.cpu_weight + ram * c.ram_weight + network * c.network_weight + latency * c.latency_weight + stability * c.stability_weight;
  }
  return cpu * 0.2 + ram * 0.2 + network * 0.2 + latency * 0.3 + stability * 0.1;
}

bool is_eligible(const Host& h, const Config& c) {
  bool basic = h.cpu_ghz >= c.min_cpu_ghz && h.cpu_cores >= c.min_cpu_cores && h.free_ram_mb >= c.min_ram_mb &&
               h.network_speed_mbps >= c.min_network_mbps && h.latency_ms <= c.max_latency_ms &&
               h.disconnects_per_hour <= c.max_disconnects_per_hour && h.security_valid;
  if (basic && c.prioritize_realtime) {
    if (h.jitter_ms > c.max_jitter_ms) return false;
    if (h.packet_rate < c.min_packet_rate) return false;
  }
  return basic;
}

using Clock = std::chrono::steady_clock;

long long ns_since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count();
}

void assess(const std::vector<Host>& hosts, const Config& config, std::vector<double>& scores, std::vector<uint8_t>& eligible) {
  for (size_t i = 0; i < hosts.size(); i++) {
    scores[i] = score_of(hosts[i], config);
    eligible[i] = is_eligible(hosts[i], config);
  }
}

// The whole scan is done once a map: eligible, room for one more map and its players, best score, first of equals. Rounding to
// micro-points makes ties of scores that differ only in their last bits, so that picks can be compared one by one.
template <bool kMicro>
int scan(const std::vector<Host>& hosts, const Config& config, int players) {
  int best = -1;
  double best_score = 0;
  for (size_t i = 0; i < hosts.size(); i++) {
    const Host& h = hosts[i];
    if (h.maps >= h.maps_max || h.players + players > h.players_max || !is_eligible(h, config)) continue;
    double score = score_of(h, config);
    if (kMicro) score = std::floor(score * 1e6 + 0.5);
    if (best < 0 || score > best_score) {
      best = static_cast<int>(i);
      best_score = score;
    }
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 1;
  const int count = std::atoi(argv[2]);
  // Known only at run time, as a configuration is.
  Config config;
  if (std::getenv("SCORING_PLAIN")) config.prioritize_realtime = false;
  std::vector<Host> hosts = draw_hosts(count);
  std::vector<double> scores(count);
  std::vector<uint8_t> eligible(count);
  if (std::strcmp(argv[1], "dump") == 0) {
    assess(hosts, config, scores, eligible);
    std::fwrite(scores.data(), sizeof(double), scores.size(), stdout);
    std::fwrite(eligible.data(), 1, eligible.size(), stdout);
    return 0;
  }
  if (argc < 4) return 1;
  const int rounds = std::atoi(argv[3]);
  if (std::strcmp(argv[1], "score") == 0) {
    long long quickest = 0;
    for (int r = 0; r < rounds; r++) {
      auto start = Clock::now();
      assess(hosts, config, scores, eligible);
      const long long ns = ns_since(start);
      if (r == 0 || ns < quickest) quickest = ns;
    }
    std::printf("%lld\n", quickest);
    return 0;
  }
  const bool picks = std::strcmp(argv[1], "picks") == 0;
  std::vector<int32_t> chosen;
  int placed = 0;
  auto start = Clock::now();
  for (int players : draw_maps(rounds)) {
    const int best = picks ? scan<true>(hosts, config, players) : scan<false>(hosts, config, players);
    if (picks) chosen.push_back(best);
    if (best < 0) continue;
    hosts[best].maps++;
    hosts[best].players += players;
    placed++;
  }
  if (picks) std::fwrite(chosen.data(), sizeof(int32_t), chosen.size(), stdout);
  else std::printf("%lld %d\n", ns_since(start), placed);
  return 0;
}
