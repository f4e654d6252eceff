// The rules and the dashboard as a monitoring mixin. Both come from the files that Prometheus and Grafana of this stack
// read, so there is one source: stack/generate.ts. A value in `_config` changes what is made of them.

// How fast the error budget may go, by the long window of an alert on abnormal closes.
local BURNS = { '1h': 14.4, '6h': 6, '1d': 3, '3d': 1 };

// A number as the rules spell it: at most `digits` digits, and no zero at the end.
local decimal(number, digits) =
  local text = std.format('%.' + digits + 'f', number);
  std.rstripChars(std.rstripChars(text, '0'), '.');

local shipped = (import 'prometheus/closespan.rules.json').groups[0];

{
  _config+:: {
    // Share of connections that should end normally.
    clientObjective: 0.97,
    serverObjective: 0.995,
    // Address of the runbook. An alert links to its section.
    runbookUrl: 'https://github.com/closespan/closespan/blob/main/docs/runbook.md',
    dashboardTags: ['websocket', 'opentelemetry'],
    dashboardRefresh: '30s',
  },

  local config = $._config,
  local objectives = { client: config.clientObjective, server: config.serverObjective },
  // Objectives of the shipped rules.
  local defaults = { client: 0.97, server: 0.995 },

  // Text of a burn alert for another objective.
  local forObjective(rule, text) =
    local factor = BURNS[rule.labels.window];
    local threshold(objective) = factor * (1 - objective);
    local before = threshold(defaults[rule.labels.side]);
    local after = threshold(objectives[rule.labels.side]);
    std.strReplace(
      std.strReplace(text, '> %s\n' % decimal(before, 6), '> %s\n' % decimal(after, 6)),
      'the threshold of %s%%:' % decimal(100 * before, 3),
      'the threshold of %s%%:' % decimal(100 * after, 3),
    ),

  local withConfig(rule) =
    local isBurn = rule.alert == 'WebSocketAbnormalCloses';
    rule {
      expr: if isBurn then forObjective(rule, rule.expr) else rule.expr,
      annotations+: {
        description: if isBurn then forObjective(rule, super.description) else super.description,
        runbook_url: '%s#%s' % [config.runbookUrl, std.asciiLower(rule.alert)],
      },
    },

  local group(name, rules) = { name: name, interval: shipped.interval, rules: rules },

  prometheusRules+:: {
    groups+: [group('closespan.rules', [rule for rule in shipped.rules if 'record' in rule])],
  },
  prometheusAlerts+:: {
    groups+: [group('closespan.alerts', [withConfig(rule) for rule in shipped.rules if 'alert' in rule])],
  },
  grafanaDashboards+:: {
    'closespan.json': (import 'grafana/dashboards/closespan.json') {
      tags: config.dashboardTags,
      refresh: config.dashboardRefresh,
    },
  },
}
