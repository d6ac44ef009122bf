import java.io.Reader;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.lucene.analysis.TokenFilterFactory;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.charfilter.MappingCharFilter;
import org.apache.lucene.analysis.charfilter.NormalizeCharMap;
import org.elasticsearch.Build;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.cluster.metadata.IndexNameExpressionResolver;
import org.elasticsearch.cluster.node.DiscoveryNodes;
import org.elasticsearch.common.io.stream.NamedWriteableRegistry;
import org.elasticsearch.common.settings.ClusterSettings;
import org.elasticsearch.common.settings.IndexScopedSettings;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.common.settings.SettingsFilter;
import org.elasticsearch.features.NodeFeature;
import org.elasticsearch.index.analysis.AbstractCharFilterFactory;
import org.elasticsearch.index.analysis.AbstractTokenFilterFactory;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.ActionPlugin;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestController;
import org.elasticsearch.rest.RestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.xcontent.XContentBuilder;

/**
 * What the product needs of Elasticsearch's modules analysis-common and rest-root, which are on no package registry, under the
 * names and with the settings that the official ones have, over the same classes of Lucene.
 */
public final class LocalModule extends Plugin implements AnalysisPlugin, ActionPlugin {
  private static final Map<String, String> STEMMERS = Map.of(
      "english", "porterStem",
      "light_spanish", "spanishLightStem",
      "light_portuguese", "portugueseLightStem",
      "light_french", "frenchLightStem");

  @Override
  public Map<String, AnalysisProvider<org.elasticsearch.index.analysis.TokenFilterFactory>> getTokenFilters() {
    return Map.of(
        "asciifolding", filter(settings -> "asciiFolding"),
        "stemmer", filter(settings -> STEMMERS.get(settings.get("language", "english"))));
  }

  @Override
  public Map<String, AnalysisProvider<CharFilterFactory>> getCharFilters() {
    return Map.of("mapping", AnalysisPlugin.requiresAnalysisSettings((index, env, name, settings) -> {
      NormalizeCharMap.Builder map = new NormalizeCharMap.Builder();
      for (String rule : settings.getAsList("mappings")) {
        String[] sides = rule.split("=>", 2);
        map.add(unescaped(sides[0]), unescaped(sides[1]));
      }
      NormalizeCharMap built = map.build();
      return new AbstractCharFilterFactory(name) {
        @Override
        public Reader create(Reader reader) {
          return new MappingCharFilter(built, reader);
        }
      };
    }));
  }

  private static String unescaped(String side) {
    return side.trim().replace("\\u0020", " ");
  }

  private interface LuceneName {
    String of(Settings settings);
  }

  private static AnalysisProvider<org.elasticsearch.index.analysis.TokenFilterFactory> filter(LuceneName lucene) {
    return AnalysisPlugin.requiresAnalysisSettings((index, env, name, settings) -> {
      String known = lucene.of(settings);
      if (known == null) throw new IllegalArgumentException(name + ": not a filter of the local module: " + settings);
      TokenFilterFactory factory = TokenFilterFactory.forName(known, new HashMap<>());
      return new AbstractTokenFilterFactory(name, settings) {
        @Override
        public TokenStream create(TokenStream stream) {
          return factory.create(stream);
        }
      };
    });
  }

  @Override
  public Collection<RestHandler> getRestHandlers(Settings settings, NamedWriteableRegistry writeables, RestController rest,
      ClusterSettings cluster, IndexScopedSettings index, SettingsFilter filter, IndexNameExpressionResolver resolver,
      Supplier<DiscoveryNodes> nodes, Predicate<NodeFeature> features) {
    return List.of(new BaseRestHandler() {
      @Override
      public String getName() {
        return "main_action";
      }

      @Override
      public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.GET, "/"), new Route(RestRequest.Method.HEAD, "/"));
      }

      @Override
      protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        return channel -> {
          Build build = Build.current();
          XContentBuilder body = channel.newBuilder().startObject();
          body.field("name", "local").field("cluster_name", "local").startObject("version");
          body.field("number", build.version()).field("build_flavor", build.flavor()).field("build_hash", build.hash());
          body.field("build_date", build.date()).field("build_snapshot", build.isSnapshot());
          body.endObject().field("tagline", "You Know, for Search").endObject();
          channel.sendResponse(new RestResponse(RestStatus.OK, body));
        };
      }
    });
  }
}
