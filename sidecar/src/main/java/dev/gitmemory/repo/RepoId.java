package dev.gitmemory.repo;

/**
 * Which repository: the organization and the agent, by the application's ids, which may be any text.
 *
 * @param organizationId not empty
 * @param agentId not empty
 */
public record RepoId(String organizationId, String agentId) {

    public RepoId {
        if (organizationId.isEmpty() || agentId.isEmpty()) {
            throw new IllegalArgumentException("A repository needs an organization and an agent, got '" + organizationId
                    + "' and '" + agentId + "'");
        }
    }

    /**
     * Where the repository is in the object store: {@code <organization>/<agent>/repo.git}. Ids of lower-case letters,
     * digits, {@code .}, {@code _} and {@code -} appear as they are, others percent-encoded; different ids
     * never share a prefix, on a case-insensitive file system neither.
     */
    public String prefix() {
        return SafeName.of(organizationId) + "/" + SafeName.of(agentId) + "/repo.git";
    }
}
