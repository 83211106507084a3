import java.nio.file.Path;
import java.util.List;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.Node;
import org.opensearch.transport.Netty4Plugin;

/** OpenSearch in one process, on this machine only: the first argument is its folder, the second its port. */
public class Server extends Node {
    Server(Settings settings) {
        super(new Environment(settings, null), List.of(Netty4Plugin.class), false);
    }

    public static void main(String[] args) throws Exception {
        Settings settings = Settings.builder()
            .put("path.home", Path.of(args[0]).toAbsolutePath().toString())
            .put("cluster.name", "harness").put("node.name", "one")
            .put("discovery.type", "single-node").put("transport.type", "netty4").put("http.type", "netty4")
            .put("http.port", args[1]).put("transport.port", "0").put("network.host", "127.0.0.1")
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .build();
        new Server(settings).start();
        Thread.currentThread().join();
    }
}
